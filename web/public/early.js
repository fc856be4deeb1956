// Before the first paint: language and light or dark, as chosen here before, else as the browser says.
(function () {
  var root = document.documentElement;
  function kept(name) {
    try {
      return localStorage.getItem('notarium-' + name);
    } catch (error) {
      return null;
    }
  }
  var language = kept('language') || (navigator.languages && navigator.languages[0]) || navigator.language || 'en';
  root.lang = /^zh/i.test(language) ? 'zh-CN' : 'en';
  var dark = window.matchMedia && matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = kept('theme') || (dark ? 'dark' : 'light');
})();
