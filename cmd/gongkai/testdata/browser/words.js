// The words that a reader sees, and those that the page holds, both without blanks and without what scripts have added.
function () {
  for (const d of document.querySelectorAll('details')) d.open = true;
  for (const e of document.querySelectorAll('.tools > button, .section, .said, .plink')) e.remove();
  const dense = function (s) { return s.replace(/\s+/g, ''); };
  const whole = document.body.cloneNode(true);
  for (const e of whole.querySelectorAll('.qr, script')) e.remove();
  const seen = document.body.innerText; // leaves out what is not displayed
  return { seen: dense(seen), held: dense(whole.textContent) };
}
