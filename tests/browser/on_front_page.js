// on_front_page.js -- somebody who uses the front page, and looks at it.
'use strict';

function say(text) {
  document.getElementById('text').value = text;
  document.querySelector('form').requestSubmit();
  return 'said';
}

// Which lists show the text, and how many elements there are in their items.
function lists(text) {
  const shown = [...document.querySelectorAll('#ways section')].filter(
      section => [...section.querySelectorAll('li')].some(li => li.textContent.includes(text)));
  const names = shown.map(section => section.id).join(' ');
  return `${names}, ${document.querySelectorAll('#ways li *').length} elements`;
}

// The same when it is as expected, or when that has been waited for in vain.
function listsBecome(expected, text) {
  return new Promise(resolve => {
    const look = () => lists(text) === expected && resolve(expected);
    const ways = document.getElementById('ways');
    new MutationObserver(look).observe(ways, {childList: true, subtree: true});
    look();
    setTimeout(() => resolve(lists(text)), 8000);
  });
}

// Does a script run that came into the page as markup would?
function inlineScript() {
  const script = document.createElement('script');
  script.textContent = 'window.wasHere = true';
  document.body.append(script);
  return window.wasHere ? 'runs' : 'does not run';
}
