'use strict';

// Where long names break, and how wide Chinese characters are in a column.

/** The length of a name that does not break before punctuation. */
const SHORT = 12;

document.addEventListener('DOMContentLoaded', () => {
  // The path of a test is longer than a line. It breaks behind a slash, a colon or an underscore. If it
  // broke anywhere, the full stop behind it could begin a line, which Chinese does not allow.
  for (const name of document.querySelectorAll('.content :not(pre) > code, .content p > em:only-child')) {
    const parts = name.textContent.split(/(?<=[\/:_])(?=\w)/);
    if (parts.length > 2 && name.children.length === 0) {
      name.replaceChildren(...parts.flatMap((part) => [part, document.createElement('wbr')]).slice(0, -1));
    }
  }
  for (const code of document.querySelectorAll('html:lang(zh) .content :not(pre) > code')) {
    const next = code.nextSibling;
    if (next instanceof Text && /^[，。、：；？！）」]/.test(next.data) && code.textContent.length <= SHORT) {
      next.splitText(1);
      const together = document.createElement('span');
      together.className = 'together';
      code.replaceWith(together);
      together.append(code, next);
    }
  }
  // 第 5 章 is one word.
  for (const link of document.querySelectorAll('html:lang(zh) .content a')) {
    link.classList.toggle('together', /^第 \w+ .$/.test(link.textContent));
  }

  // The columns of a block of rules count a Chinese character as two letters, as a terminal does. In
  // our font, it is narrower than two letters: the style sheet widens it.
  for (const rules of document.querySelectorAll('html:lang(zh) code.rules')) {
    rules.innerHTML = rules.innerHTML.replace(/[\u2e80-\u9fff\uff00-\uff60]+/g, '<span class="wide">$&</span>');
  }
});
