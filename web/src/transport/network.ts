/** When the machine is on another network than a moment ago, as far as the browser says so. */

/** Not in every browser, and `type` not in every one that has it. */
interface NetworkInformation extends EventTarget {
  type?: string;
}

export function onNetworkChanged(tell: () => void): () => void {
  const { connection } = navigator as Navigator & { connection?: NetworkInformation };
  let type = connection?.type;
  // `change` also comes with every new estimate of the speed.
  const onChange = () => {
    if (connection?.type === type) return;
    type = connection?.type;
    if (type !== 'none') tell();
  };
  window.addEventListener('online', tell);
  connection?.addEventListener('change', onChange);
  return () => {
    window.removeEventListener('online', tell);
    connection?.removeEventListener('change', onChange);
  };
}
