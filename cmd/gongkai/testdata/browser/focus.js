// The element that has the focus, and how it shows.
function () {
  const e = document.activeElement;
  if (!e || e === document.body) return { name: '', outline: 0, inside: false };
  const box = e.getBoundingClientRect();
  const style = getComputedStyle(e);
  const clear = style.outlineStyle !== 'none' && style.outlineColor !== getComputedStyle(document.body).backgroundColor;
  return {
    name: e.tagName.toLowerCase() + ' ' + (e.getAttribute('href') || '') + ' ' + (e.getAttribute('aria-label') || e.textContent || '').trim().slice(0, 20),
    outline: clear ? parseFloat(style.outlineWidth) : 0,
    inside: box.bottom > 0 && box.top < window.innerHeight && box.right > 0 && box.left < window.innerWidth
  };
}
