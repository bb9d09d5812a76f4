// When the largest thing was painted (milliseconds) and how much the layout has shifted, after the page has come to rest.
function () {
  return new Promise(function (resolve) {
    const seen = { paint: 0, shift: 0, shifts: [] };
    new PerformanceObserver(function (list) {
      for (const e of list.getEntries()) seen.paint = e.startTime;
    }).observe({ type: 'largest-contentful-paint', buffered: true });
    new PerformanceObserver(function (list) {
      for (const e of list.getEntries()) {
        seen.shift += e.value;
        for (const s of e.sources) seen.shifts.push((s.node && s.node.nodeName || '?') + ' ' + (s.node && s.node.className || '') + ' ' + s.previousRect.y + '→' + s.currentRect.y);
      }
    }).observe({ type: 'layout-shift', buffered: true });
    setTimeout(function () { resolve(seen); }, 200);
  });
}
