'use strict';

// The links to the same page in other languages keep the place in the page.

document.addEventListener('DOMContentLoaded', () => {
  for (const link of document.querySelectorAll('.language')) {
    link.addEventListener('click', () => {
      link.hash = location.hash;
    });
  }
});
