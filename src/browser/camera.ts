/** Reads QR codes with the device's camera. */
import { decodeQR } from 'qr/decode.js';

/** Often enough for a hand that holds still for a moment, seldom enough for an old phone. */
const LOOK_EVERY_MS = 150;
/** A frame is drawn this wide before it is read: enough for a code that fills a third of it. */
const FRAME_WIDTH = 640;

/**
 * Makes the camera of a form work: its button, its picture, and the way out. Where there is no camera, nothing of it is
 * shown, and the field remains.
 * @param onText told what a code says; the camera is closed by then.
 */
export function offerCamera(form: HTMLElement, onText: (text: string) => void): void {
  const start = form.querySelector<HTMLButtonElement>('[data-scan]');
  const stop = form.querySelector<HTMLButtonElement>('[data-stop]');
  const panel = form.querySelector<HTMLElement>('[data-camera]');
  const status = form.querySelector<HTMLElement>('[data-status]');
  const video = form.querySelector('video');
  if (!start || !stop || !panel || !status || !video || !('mediaDevices' in navigator)) return;
  const canvas = document.createElement('canvas');
  let stream: MediaStream | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const close = () => {
    clearTimeout(timer);
    stream?.getTracks().forEach((track) => track.stop());
    stream = undefined;
    panel.hidden = true;
  };

  /** What the present frame says, if it shows a code at all. */
  const read = (): string | undefined => {
    if (video.videoWidth === 0) return undefined;
    canvas.width = FRAME_WIDTH;
    canvas.height = Math.round((FRAME_WIDTH * video.videoHeight) / video.videoWidth);
    const paper = canvas.getContext('2d', { willReadFrequently: true });
    if (!paper) return undefined;
    paper.drawImage(video, 0, 0, canvas.width, canvas.height);
    try {
      return decodeQR(paper.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      return undefined;
    }
  };

  const look = () => {
    const text = read();
    if (text === undefined) {
      timer = setTimeout(look, LOOK_EVERY_MS);
      return;
    }
    close();
    onText(text);
  };

  const open = async () => {
    panel.hidden = false;
    status.textContent = '正在打开相机';
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
    } catch {
      status.textContent = '相机打不开。请在浏览器里允许使用相机，或输入预约码。';
      return;
    }
    // Closed again while the browser was asking for leave.
    if (panel.hidden) {
      close();
      return;
    }
    video.srcObject = stream;
    await video.play();
    status.textContent = '把二维码放进画面';
    look();
  };

  start.hidden = false;
  start.addEventListener('click', () => void open());
  stop.addEventListener('click', close);
}
