type Child = Node | string | undefined | false;

/**
 * Makes an element. Attributes are set as they are; `undefined` and `false` are left out, `true` is empty.
 * @param attributes `class`, `role`, `data-…`; never a style or a handler, which the site's policy forbids.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | number | boolean | undefined>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  element.replaceChildren(
    ...children.filter((child): child is Node | string => child !== undefined && child !== false),
  );
  return element;
}

/** A button that does something on this page. */
export function button(
  words: string,
  look: 'primary' | 'plain' | 'danger',
  act: () => void,
): HTMLButtonElement {
  const made = h('button', { type: 'button', class: `act ${look}` }, words);
  made.addEventListener('click', act);
  return made;
}
