/** Resolves on Ctrl-C, SIGTERM or the signal given. A second Ctrl-C then ends the process at once, as ever. */
export function stopRequested(stop?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const ended = () => {
      process.off('SIGINT', ended);
      process.off('SIGTERM', ended);
      stop?.removeEventListener('abort', ended);
      resolve();
    };
    process.on('SIGINT', ended);
    process.on('SIGTERM', ended);
    stop?.addEventListener('abort', ended);
    if (stop?.aborted) ended();
  });
}
