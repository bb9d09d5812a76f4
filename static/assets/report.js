// report.js: the outline that marks where you are, a menu for every section, links to paragraphs, copying, reading aloud.
// The report is complete without it.
(function () {
  'use strict';

  const found = document.querySelector('article[data-title]');
  const text = document.querySelector('.body');
  if (!(found instanceof HTMLElement) || !(text instanceof HTMLElement)) return;
  const article = found;
  const body = text;

  const said = document.createElement('p');
  said.className = 'said';
  said.setAttribute('role', 'status');
  document.body.appendChild(said);
  let timer = 0;

  /** @param {string} text */
  function say(text) {
    said.textContent = text;
    clearTimeout(timer);
    timer = setTimeout(function () { said.textContent = ''; }, 3000);
  }

  // Copying: plain http and browsers inside of apps have no navigator.clipboard.
  /** @param {string} text @param {string} done */
  function copy(text, done) {
    const old = function () {
      const area = document.createElement('textarea');
      area.value = text;
      area.setAttribute('readonly', '');
      area.setAttribute('aria-hidden', 'true');
      area.className = 'skip';
      const focused = document.activeElement;
      document.body.appendChild(area);
      area.select();
      let ok = false;
      try {
        ok = document.execCommand('copy');
      } catch (e) {
        ok = false;
      }
      area.remove();
      if (focused instanceof HTMLElement) focused.focus();
      say(ok ? done : '没有复制成功，请手动复制：' + text);
    };
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(function () { say(done); }, old);
    } else {
      old();
    }
  }

  /** @param {string} id */
  function address(id) {
    const canonical = document.querySelector('link[rel="canonical"]');
    const base = canonical ? canonical.getAttribute('href') || '' : location.href.split('#')[0];
    return id ? base + '#' + id : base;
  }

  // A reference by GB/T 7714; the day of access is the reader's own.
  /** @param {string} id */
  function citation(id) {
    const d = article.dataset;
    const now = new Date();
    const today = now.getFullYear() + '-' + String(now.getMonth() + 1).padStart(2, '0') + '-' + String(now.getDate()).padStart(2, '0');
    return d.author + '. ' + d.title + d.mark + '.' + (d.date ? ' (' + d.date + ')' : ' ') + '[' + today + ']. ' + address(id) + '.';
  }

  // The outline: open where there is room beside the text, and marking the section in view.
  const outline = document.querySelector('details.outline');
  /** @type {HTMLAnchorElement[]} */
  const links = outline ? Array.from(outline.querySelectorAll('a')) : [];
  const targets = links.map(function (a) { return document.getElementById(a.hash.slice(1)); });
  if (outline) {
    const wide = window.matchMedia('(min-width: 70rem)');
    const fold = function () { outline.toggleAttribute('open', wide.matches); };
    fold();
    if (wide.addEventListener) wide.addEventListener('change', fold);
    outline.addEventListener('click', function (e) {
      if (!wide.matches && e.target instanceof Element && e.target.closest('a')) outline.removeAttribute('open');
    });
  }

  let current = -1;
  function where() {
    let at = -1;
    for (let i = 0; i < targets.length; i++) {
      const t = targets[i];
      if (t && t.getBoundingClientRect().top <= 60) at = i;
    }
    if (at === current) return;
    if (links[current]) links[current].removeAttribute('aria-current');
    current = at;
    if (links[at]) {
      links[at].setAttribute('aria-current', 'true');
      const box = outline;
      if (box && box.scrollHeight > box.clientHeight) {
        const a = links[at].getBoundingClientRect();
        const b = box.getBoundingClientRect();
        if (a.top < b.top || a.bottom > b.bottom) box.scrollTop += a.top - b.top - b.height / 3;
      }
    }
  }
  let waiting = false;
  window.addEventListener('scroll', function () {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(function () {
      waiting = false;
      where();
    });
  }, { passive: true });
  where();

  // Links to paragraphs: for pointer and touch only; no tab stop, nothing for assistive technology, nothing in what is copied.
  const plink = document.createElement('a');
  plink.className = 'plink';
  plink.tabIndex = -1;
  plink.setAttribute('aria-hidden', 'true');
  plink.textContent = '段落链接';
  /** @param {Event} e */
  function offer(e) {
    const t = e.target instanceof Element ? e.target.closest('p[id], li[id], blockquote[id]') : null;
    if (!t || !body.contains(t) || t === plink.parentNode) return;
    plink.href = '#' + t.id;
    t.appendChild(plink);
  }
  body.addEventListener('pointerover', offer);
  body.addEventListener('touchstart', offer, { passive: true });
  plink.addEventListener('click', function () {
    copy(address(plink.hash.slice(1)), '已复制本段链接');
  });

  // A section reaches from its heading to the next of the same or a higher level.
  /** @param {Element} heading */
  function sectionText(heading) {
    const level = heading.tagName;
    let text = heading.textContent || '';
    for (let n = heading.nextElementSibling; n; n = n.nextElementSibling) {
      if (/^H[2-6]$/.test(n.tagName) && n.tagName <= level) break;
      if (!n.classList.contains('section')) text += '\n' + (n.textContent || '');
    }
    return text.replace(plink.textContent || '', '');
  }

  /** @param {string} text @param {() => void} act */
  function item(text, act) {
    const b = document.createElement('button');
    b.type = 'button';
    b.textContent = text;
    b.addEventListener('click', act);
    return b;
  }

  /** @type {(() => void) | null} */
  let close = null;
  /** @param {Element} heading */
  function addMenu(heading) {
    const box = document.createElement('div');
    box.className = 'section';
    const open = item('本节', function () {
      const was = open.getAttribute('aria-expanded') === 'true';
      if (close) close();
      if (was) return;
      open.setAttribute('aria-expanded', 'true');
      menu.hidden = false;
      close = function () {
        open.setAttribute('aria-expanded', 'false');
        menu.hidden = true;
        close = null;
      };
    });
    open.setAttribute('aria-expanded', 'false');
    open.setAttribute('aria-label', '本节：' + heading.textContent);
    const menu = document.createElement('div');
    menu.className = 'menu';
    menu.hidden = true;
    const back = function () {
      if (close) close();
      open.focus();
    };
    menu.appendChild(item('复制链接', function () {
      back();
      copy(address(heading.id), '已复制本节链接');
    }));
    menu.appendChild(item('复制引用', function () {
      back();
      copy(citation(heading.id), '已复制引用');
    }));
    if ('speechSynthesis' in window) menu.appendChild(reader(heading));
    box.addEventListener('keydown', function (e) {
      if (e.key === 'Escape' && close) back();
    });
    box.appendChild(open);
    box.appendChild(menu);
    heading.classList.add('tooled');
    heading.insertAdjacentElement('beforebegin', box);
  }

  /** @param {Element} heading */
  function reader(heading) {
    const b = item('朗读本节', function () {
      const voice = window.speechSynthesis;
      if (voice.speaking) {
        voice.cancel();
        b.textContent = '朗读本节';
        return;
      }
      const words = new SpeechSynthesisUtterance(sectionText(heading));
      words.lang = document.documentElement.lang;
      words.onend = words.onerror = function () { b.textContent = '朗读本节'; };
      b.textContent = '停止朗读';
      voice.speak(words);
    });
    return b;
  }

  for (const h of Array.from(body.querySelectorAll('h2[id], h3[id], h4[id], h5[id], h6[id]'))) addMenu(h);
  document.addEventListener('click', function (e) {
    if (close && !(e.target instanceof Element && e.target.closest('.section'))) close();
  });

  // 我要纠错 names the paragraph that the reader looks at.
  for (const a of Array.from(document.querySelectorAll('a[data-correct]'))) {
    a.addEventListener('click', function () {
      const id = location.hash.slice(1) || (links[current] ? links[current].hash.slice(1) : '');
      const plain = a.getAttribute('data-correct') || '';
      if (id) a.setAttribute('href', plain.replace(encodeURIComponent(address('')), encodeURIComponent(address(id))));
    });
  }
})();
