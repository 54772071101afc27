/** The day list's camera: reads a ticket's QR code into the field and sends the form, as if it had been typed. */
import { offerCamera } from './camera.ts';

const form = document.querySelector<HTMLFormElement>('[data-arrival]');
const field = form?.querySelector<HTMLInputElement>('#code');

if (form && field) {
  offerCamera(form, (text) => {
    field.value = text;
    form.requestSubmit();
  });
}
