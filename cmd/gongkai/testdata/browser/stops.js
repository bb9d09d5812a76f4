// What the Tab key should reach, in the order of the page.
function () {
  const list = [];
  for (const e of document.querySelectorAll('a[href], button, summary, input, select, textarea, [tabindex]')) {
    if (e.tabIndex < 0 || e.disabled || !e.getClientRects().length || e.closest('details:not([open]) > nav')) continue;
    const style = getComputedStyle(e);
    if (style.visibility === 'hidden') continue;
    list.push(e.tagName.toLowerCase() + ' ' + (e.getAttribute('href') || '') + ' ' + (e.getAttribute('aria-label') || e.textContent || '').trim().slice(0, 20));
  }
  return list;
}
