// Keeps the words of a call's last hours fresh. The time left is the server's, counted on by a
// clock that the reader's own clock cannot change. Without this script the words are those of the
// moment the page was made.
(() => {
  const DAY = 86400;
  const started = performance.now();

  const words = (element, seconds) => {
    const hours = Math.floor(seconds / 3600);
    const minutes = Math.floor(seconds / 60);
    if (hours > 1) return element.dataset.hours.replace("{n}", hours);
    if (hours === 1) return element.dataset.hour;
    if (minutes > 1) return element.dataset.minutes.replace("{n}", minutes);
    return minutes === 1 ? element.dataset.minute : element.dataset.moment;
  };

  const write = (element, text) => {
    if (element && element.textContent !== text) element.textContent = text;
  };

  const refresh = () => {
    const passed = (performance.now() - started) / 1000;
    for (const element of document.querySelectorAll("[data-countdown]")) {
      const seconds = Number(element.dataset.countdown) - passed;
      const left = element.querySelector("[data-left]");
      const when = element.querySelector("[data-when]");
      if (seconds <= 0) {
        write(left, element.dataset.over);
        write(when, "");
        continue;
      }
      write(left, words(element, seconds));
      if (seconds < DAY) write(when, element.dataset.tonight);
    }
  };

  setInterval(refresh, 15000);
  document.addEventListener("visibilitychange", refresh);
})();
