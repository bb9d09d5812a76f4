// How the page lies in the window: what sticks out, what covers what, and its words without blanks.
function () {
  const root = document.documentElement;
  const name = function (e) {
    const words = (e.textContent || '').replace(/\s+/g, '').slice(0, 12);
    return e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + (e.className && e.className.split ? '.' + e.className.split(' ').join('.') : '') + ' ' + words;
  };
  const shown = function (e) { return e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden'; };
  const scrolls = function (e) {
    for (let up = e.parentElement; up; up = up.parentElement) {
      if (getComputedStyle(up).overflowX === 'auto') return true;
    }
    return false;
  };
  const out = [];
  for (const e of document.body.querySelectorAll('*')) {
    const box = e.getBoundingClientRect();
    if (box.width && shown(e) && !e.closest('.skip') && !e.closest('svg') && !scrolls(e) && (box.right > root.clientWidth + 1 || box.left < -1)) out.push(name(e) + ' ' + Math.round(box.left) + '…' + Math.round(box.right));
  }
  // Two things to press must not lie on one another.
  const targets = Array.from(document.querySelectorAll('a[href], button, summary')).filter(function (e) { return shown(e) && !e.closest('.skip, .table, .menu') && !e.closest('details:not([open]) > nav'); });
  const covered = [];
  const rects = targets.map(function (e) { return Array.from(e.getClientRects()); });
  for (let i = 0; i < targets.length; i++) {
    for (let j = i + 1; j < Math.min(targets.length, i + 12); j++) {
      if (targets[i].contains(targets[j])) continue;
      for (const a of rects[i]) {
        for (const b of rects[j]) {
          const w = Math.min(a.right, b.right) - Math.max(a.left, b.left);
          const h = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
          if (w > 1 && h > 1) covered.push(name(targets[i]) + ' / ' + name(targets[j]) + ' ' + Math.round(w) + '×' + Math.round(h));
        }
      }
    }
  }
  return { over: root.scrollWidth - root.clientWidth, out: out.slice(0, 5), covered: covered.slice(0, 5), styled: getComputedStyle(document.body).marginTop === '0px' };
}
