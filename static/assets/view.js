// view.js: 字体 大 中 小, 宋体, 长辈版, 打印 — on every page. What is chosen is kept on the device, without cookies.
// Everything works without it; it only adds the buttons.
(function () {
  'use strict';

  /** @type {HTMLElement} */
  const root = document.documentElement;
  const sizes = ['small', '', 'large'];

  /** @param {string} key */
  function read(key) {
    try {
      return localStorage.getItem('gongkai.' + key) || '';
    } catch (e) {
      return ''; // a browser that keeps nothing shows the ordinary view
    }
  }

  /** @param {string} key @param {string} value */
  function keep(key, value) {
    try {
      localStorage.setItem('gongkai.' + key, value);
    } catch (e) {
      return; // the choice holds for this page only
    }
  }

  function apply() {
    const size = read('size');
    for (const s of sizes) {
      if (s) root.classList.toggle(s, s === size);
    }
    root.classList.toggle('elder', read('elder') === 'yes');
    root.classList.toggle('song', read('face') === 'song');
  }

  /**
   * @param {string} text
   * @param {() => void} act
   * @param {() => boolean} [pressed]
   */
  function button(text, act, pressed) {
    const b = document.createElement('button');
    b.type = 'button';
    b.textContent = text;
    b.addEventListener('click', function () {
      act();
      apply();
      mark();
    });
    if (pressed) marks.push(function () { b.setAttribute('aria-pressed', String(pressed())); });
    return b;
  }

  /** @type {(() => void)[]} */
  const marks = [];
  function mark() {
    for (const m of marks) m();
  }

  apply();
  const tools = document.querySelector('.tools');
  if (!tools) return;
  tools.appendChild(button('长辈版', function () {
    keep('elder', read('elder') === 'yes' ? '' : 'yes');
  }, function () { return read('elder') === 'yes'; }));
  if (document.body.classList.contains('report') || document.body.classList.contains('plain')) {
    const names = ['小', '中', '大'];
    for (let i = sizes.length - 1; i >= 0; i--) {
      const b = button(names[i], function () { keep('size', sizes[i]); }, function () { return read('size') === sizes[i]; });
      b.setAttribute('aria-label', '字体：' + names[i]);
      tools.appendChild(b);
    }
    tools.appendChild(button('宋体', function () {
      keep('face', read('face') === 'song' ? '' : 'song');
    }, function () { return read('face') === 'song'; }));
    tools.appendChild(button('打印本页', function () { window.print(); }));
  }
  mark();
})();
