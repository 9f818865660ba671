// SPDX-License-Identifier: MIT
// What a page does in a browser: filter its rows by the URL, go through them by keys, and, where it is served,
// look whether there is a newer one. Everything can be read without it.
'use strict';
(() => {
  const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('tr[data-find]')]);
  const box = /** @type {HTMLInputElement | null} */ (document.querySelector('input[type=search]'));
  const shown = document.querySelector('[data-shown]');

  /** A row stays if it has each of the words; `-word`, if it has not. */
  const filter = () => {
    if (!box) return;
    const wanted = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const text = row.dataset['find'] ?? '';
      const fits = wanted.every((word) =>
        word.startsWith('-') && word.length > 1 ? !text.includes(word.slice(1)) : text.includes(word),
      );
      row.hidden = !fits;
      if (fits) count++;
    }
    if (shown) shown.textContent = wanted.length === 0 ? '' : `${count} of ${rows.length} rows`;
  };

  if (box) {
    box.value = new URLSearchParams(location.search).get('q') ?? '';
    box.addEventListener('input', () => {
      filter();
      const query = new URLSearchParams(location.search);
      if (box.value === '') query.delete('q');
      else query.set('q', box.value);
      const text = query.toString();
      history.replaceState(null, '', `${location.pathname}${text === '' ? '' : `?${text}`}${location.hash}`);
    });
    filter();
  }

  let current = -1;
  /** @param {number} step */
  const move = (step) => {
    const seen = rows.filter((row) => !row.hidden && row.offsetParent !== null);
    if (seen.length === 0) return;
    current = Math.min(Math.max(current + step, 0), seen.length - 1);
    const row = seen[current];
    const link = /** @type {HTMLElement | null | undefined} */ (row?.querySelector('a'));
    link?.focus();
    row?.scrollIntoView({block: 'nearest'});
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target instanceof HTMLInputElement;
    if (event.key === 'Escape' && typing) event.target.blur();
    if (typing) return;
    if (event.key === '/' && box) {
      event.preventDefault();
      box.focus();
    } else if (event.key === 'j') move(1);
    else if (event.key === 'k') move(-1);
  });

  // Opened as a file there is nobody to ask.
  if (location.protocol.startsWith('http')) {
    const twin = /** @type {HTMLLinkElement | null} */ (document.querySelector('link[rel=alternate]'));
    /** @type {string | null} */
    let tag = null;
    setInterval(async () => {
      if (document.hidden || !twin) return;
      try {
        const answer = await fetch(twin.href, {method: 'HEAD', cache: 'no-store'});
        const now = answer.headers.get('etag');
        if (answer.ok && tag !== null && now !== null && now !== tag) location.reload();
        if (answer.ok) tag = now;
      } catch {
        // Nobody serves it any more: what is there stays.
      }
    }, 10000);
  }
})();
