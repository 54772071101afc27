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

const chosen = kept();
for (const input of inputs) {
  if (chosen.length > 0) input.checked = chosen.includes(input.id);
  input.addEventListener('change', () => {
    const now = inputs.filter(({ checked }) => checked).map(({ id }) => id);
    try {
      localStorage.setItem(NAME, now.join(' '));
    } catch {
      // As above.
    }
  });
}
