// When somebody has a picture: window.firstPicture, in ms from the last click on a button until the
// stage's first frame was decoded and shown.
(() => {
  let began = 0;
  const note = (event) => {
    if (event.target.closest('button')) began = performance.now();
  };
  addEventListener('click', note, true);
  window.firstPicture = new Promise((resolve) => {
    const look = () => {
      const video = document.querySelector('video[data-slot="stage"]');
      if (video) video.requestVideoFrameCallback(() => resolve(performance.now() - began));
      else requestAnimationFrame(look);
    };
    look();
  });
})();
