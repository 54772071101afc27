/** `/` leads to the search field of a list, as in other tools; while somebody types, it is a character. */
const field = document.querySelector<HTMLInputElement>('[data-filters] input[type="search"]');

document.addEventListener('keydown', (event) => {
  if (!field || event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.isComposing || (event.target as Element).closest('input, textarea, select')) return;
  event.preventDefault();
  field.focus();
  field.select();
});
