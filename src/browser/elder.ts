/** Keeps how large and how dark on this device, for the next page. It says nothing about anybody. */
const NAME = 'anlan-elder';

const inputs = [...document.querySelectorAll<HTMLInputElement>('[data-elder] input')];

function kept(): string[] {
  try {
    return localStorage.getItem(NAME)?.split(' ') ?? [];
  } catch {
    // A browser that keeps nothing shows each page as it comes.
    return [];
  }
}

function keep(): void {
  const chosen = inputs.filter(({ checked }) => checked).map(({ id }) => id);
  try {
    localStorage.setItem(NAME, chosen.join(' '));
  } catch {
    // As above.
  }
}

const chosen = kept();
// Chosen before this script was there, on a bad link: newer than what was kept.
if (inputs.some(({ checked, defaultChecked }) => checked !== defaultChecked)) keep();
else if (chosen.length > 0) for (const input of inputs) input.checked = chosen.includes(input.id);
for (const input of inputs) input.addEventListener('change', keep);
