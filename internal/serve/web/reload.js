// reload.js: keeps a page of the preview up to date. It stands in the preview only, never in a published page.
// It listens to /_gongkai/events, swaps style sheets in place, reloads so that the paragraph in view stays where it is, and shows over the
// page what is wrong with it. Nothing is ever put into the page as HTML.
(function () {
  'use strict';

  const script = document.currentScript;
  const own = '/_gongkai/';
  const store = 'gongkai.preview';
  let page = (script && script.getAttribute('data-page')) || '';

  // Where the reader is: the blocks in view and near it, each by its id or its link, with its distance from the top of the window.
  function key(el) {
    if (el.id) return '#' + el.id;
    const href = el.getAttribute('href');
    return href ? 'a' + href : '';
  }

  function landmarks() {
    const list = Array.from(document.querySelectorAll('main [id], main li a[href]'));
    return list.filter(function (el) { return el.getClientRects().length > 0; });
  }

  // What stays in the window when the page scrolls says nothing about the place: an outline beside the text.
  function scrolls(el) {
    for (; el && el !== document.body; el = el.parentElement) {
      const position = getComputedStyle(el).position;
      if (position === 'sticky' || position === 'fixed') return false;
    }
    return true;
  }

  function place() {
    const line = window.innerHeight / 3;
    const seen = landmarks().map(function (el) {
      const box = el.getBoundingClientRect();
      return { el: el, key: key(el), top: box.top, far: box.top <= line && box.bottom >= line ? 0 : Math.min(Math.abs(box.top - line), Math.abs(box.bottom - line)), height: box.height };
    });
    seen.sort(function (a, b) { return a.far - b.far || a.height - b.height; });
    const marks = [];
    for (const m of seen) {
      if (marks.length < 60 && scrolls(m.el)) marks.push({ key: m.key, top: m.top });
    }
    return marks;
  }

  function name(details, i) {
    const summary = details.querySelector('summary');
    return i + (summary ? summary.textContent : '');
  }

  let held = null; // what is being restored

  function keep() {
    const open = {};
    Array.from(document.querySelectorAll('details')).forEach(function (d, i) { open[name(d, i)] = d.open; });
    const state = { at: Date.now(), path: location.pathname, y: held ? held.y : window.scrollY, marks: held ? held.marks : place(), open: open };
    try {
      sessionStorage.setItem(store, JSON.stringify(state));
      if ('scrollRestoration' in history) history.scrollRestoration = 'manual';
    } catch (e) {
      return; // the browser then finds the place by itself
    }
  }

  function restore() {
    let state = null;
    try {
      state = JSON.parse(sessionStorage.getItem(store) || 'null');
      sessionStorage.removeItem(store);
    } catch (e) {
      return;
    }
    if (!state || state.path !== location.pathname || Date.now() - state.at > 20000) return;
    Array.from(document.querySelectorAll('details')).forEach(function (d, i) {
      const was = state.open[name(d, i)];
      if (was !== undefined && d.open !== was) d.open = was;
    });
    const now = {};
    landmarks().forEach(function (el) {
      if (!(key(el) in now) && scrolls(el)) now[key(el)] = el;
    });
    const known = state.marks.filter(function (m) { return now[m.key]; })[0];
    held = state;
    hold(known ? { el: now[known.key], top: known.top } : null, state.y);
  }

  // Keeps a block where it was in the window until the page has come to rest: pictures, fonts and scripts move it, and a browser goes to the
  // fragment by itself. It ends when the reader touches anything or scrolls, which is when the page moves and the block not in the page.
  const rest = 1500;
  function hold(mark, y) {
    let until = Infinity;
    let last = { at: NaN, y: NaN }; // where the block was in the page, and the page in the window
    const acts = ['wheel', 'touchstart', 'keydown', 'pointerdown'];
    const end = function () {
      held = null;
      acts.forEach(function (t) { window.removeEventListener(t, end); });
      if ('scrollRestoration' in history) history.scrollRestoration = 'auto';
    };
    const measure = function () { return { at: mark ? mark.el.getBoundingClientRect().top + window.scrollY : 0, y: window.scrollY }; };
    const put = function () {
      const is = measure();
      const off = mark ? is.at - is.y - mark.top : y - is.y;
      if (until < Infinity && Math.abs(is.at - last.at) < 1 && Math.abs(is.y - last.y) >= 1) {
        end();
        return;
      }
      if (Math.abs(off) >= 0.5) window.scrollBy({ left: 0, top: off, behavior: 'instant' });
      const was = last;
      last = measure();
      if (until < Infinity && Math.abs(last.at - was.at) >= 1) until = performance.now() + rest;
    };
    const frame = function () {
      if (!held) return;
      put();
      if (performance.now() < until) requestAnimationFrame(frame);
      else end();
    };
    acts.forEach(function (t) { window.addEventListener(t, end, { passive: true }); });
    frame();
    window.addEventListener('load', function () {
      const fonts = document.fonts ? document.fonts.ready : Promise.resolve();
      fonts.then(function () { until = performance.now() + rest; });
    });
  }

  // The panel, and the ribbon of a report that is not public yet.
  let panel = null;
  let ribbon = null;
  let small = false;

  function make(tag, text, className) {
    const el = document.createElement(tag);
    if (text) el.textContent = text;
    if (className) el.className = className;
    return el;
  }

  function styled() {
    if (document.querySelector('link[href="' + own + 'preview.css"]')) return;
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = own + 'preview.css';
    document.head.appendChild(link);
  }

  function item(p) {
    const li = make('li', '', p.severity);
    li.appendChild(make('code', p.path + (p.line ? ':' + p.line + ':' + Math.max(p.column, 1) : '') + ' [' + p.rule + ']'));
    li.appendChild(make('p', p.message, 'message'));
    if (p.excerpt) {
      const line = make('code', p.excerpt.before, 'line');
      line.appendChild(make('mark', p.excerpt.span));
      line.appendChild(document.createTextNode(p.excerpt.after));
      li.appendChild(line);
    }
    if (p.hint) li.appendChild(make('p', p.hint, 'hint'));
    return li;
  }

  function show(data) {
    if (ribbon) ribbon.remove();
    ribbon = data.ribbon ? make('div', data.ribbon, 'gongkai-ribbon') : null;
    if (ribbon) {
      styled();
      document.body.appendChild(ribbon);
    }
    if (panel) panel.remove();
    panel = null;
    const list = data.problems || [];
    if (!list.length) return;
    styled();
    panel = make('aside', '', 'gongkai-panel' + (small ? ' small' : ''));
    panel.setAttribute('role', 'alert');
    panel.setAttribute('aria-label', '检查结果');
    panel.appendChild(make('h2', (list.length + (data.more || 0)) + ' 处错误'));
    const fold = make('button', small ? '展开' : '收起');
    fold.type = 'button';
    fold.addEventListener('click', function () {
      small = panel.classList.toggle('small');
      fold.textContent = small ? '展开' : '收起';
    });
    panel.appendChild(fold);
    const desk = make('a', '可以发布吗？');
    desk.href = own;
    panel.appendChild(desk);
    if (data.blocked) panel.appendChild(make('p', '页面停在上一次正确的样子，改正后自动更新。', 'note'));
    const ol = make('ol');
    list.forEach(function (p) { ol.appendChild(item(p)); });
    panel.appendChild(ol);
    if (data.more) panel.appendChild(make('p', '另有 ' + data.more + ' 处。', 'note'));
    document.body.appendChild(panel);
  }

  // A style sheet is the same when its name without the hash is.
  function bare(path) {
    return path.replace(/\.[0-9a-f]{10}(\.css)$/, '$1');
  }

  const coming = new Map(); // sheets that are being loaded, and those in whose place
  function drop(link) {
    coming.delete(link);
    link.remove();
  }

  function swap(data) {
    const fresh = {};
    data.styles.forEach(function (p) { fresh[bare(p)] = p; });
    Array.from(document.querySelectorAll('link[rel="stylesheet"]')).forEach(function (old) {
      const url = new URL(old.href, location.href);
      const path = fresh[bare(url.pathname)];
      if (url.origin !== location.origin || !path || coming.has(old) || !old.isConnected) return;
      coming.forEach(function (of, late) {
        if (of === old) drop(late); // not there yet, and not wanted any more
      });
      if (path === url.pathname && bare(path) !== path) return;
      const link = old.cloneNode();
      link.href = path === url.pathname ? path + '?' + data.seq : path;
      coming.set(link, old);
      link.addEventListener('load', function () {
        coming.delete(link);
        old.remove();
      });
      link.addEventListener('error', function () { drop(link); });
      old.insertAdjacentElement('afterend', link);
    });
  }

  function reload(data) {
    stop();
    if (data.navigate) {
      location.assign(data.navigate);
      return;
    }
    keep();
    location.reload();
  }

  // A hidden tab listens to nothing: browsers allow few connections to one server. It hears what it has missed when it is shown again.
  let source = null;
  let again = 0;
  let heard = true;

  function stop() {
    clearTimeout(again);
    if (source) source.close();
    source = null;
  }

  function listen() {
    if (source || document.visibilityState === 'hidden') return;
    source = new EventSource(own + 'events?page=' + encodeURIComponent(location.pathname) + '&have=' + encodeURIComponent(page));
    source.addEventListener('open', function () { heard = true; });
    source.addEventListener('reload', function (e) { reload(JSON.parse(e.data)); });
    source.addEventListener('update', function (e) {
      const data = JSON.parse(e.data);
      if (data.page) page = data.page;
      if (data.styles) swap(data);
      else show(data);
    });
    source.addEventListener('error', function (e) {
      if (e.data !== undefined) {
        show(JSON.parse(e.data));
        return;
      }
      stop(); // the browser would ask again with what it had at first
      again = setTimeout(listen, heard ? 700 : 3000); // nobody there: perhaps until tomorrow
      heard = false;
    });
  }

  restore();
  listen();
  document.addEventListener('visibilitychange', function () {
    if (document.visibilityState === 'hidden') stop();
    else listen();
  });
  window.addEventListener('pagehide', stop);
  window.addEventListener('pageshow', listen);
})();
