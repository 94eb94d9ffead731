// Runs before the first paint so that a dark page never flashes white. A file of its own, because
// the page's policy allows no inline script.
(function () {
  var wanted = 'auto';
  try {
    wanted = window.localStorage.getItem('reprise-color-scheme') || 'auto';
  } catch (_) {
    // Storage is blocked: follow the system.
  }
  var dark =
    wanted === 'dark' ||
    (wanted !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
