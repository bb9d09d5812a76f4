// The boxes of all that can be pressed, in CSS pixels. What stands within a sentence is left out, as WCAG 2.5.8 does; main are the
// targets that every page offers to get on: header, tools, menus, pages, the outline's head, the neighbours of a report.
function () {
  const list = [];
  for (const e of document.querySelectorAll('a[href], button, summary')) {
    if (e.closest('.skip, .plink, .body p, .body li, .body td, .body blockquote, .banner, main > p, .intro p, details:not([open]) > nav')) continue;
    const box = e.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    const main = e.matches('.tools button, .bar nav a, .pages a, .beside a, .menu button, summary, .turn a');
    const of = e.closest('[class]');
    list.push({ name: (of ? of.className + ' ' : '') + e.tagName.toLowerCase() + ' ' + (e.textContent || '').trim().slice(0, 10), main: main, w: Math.round(box.width * 10) / 10, h: Math.round(box.height * 10) / 10 });
  }
  return list;
}
