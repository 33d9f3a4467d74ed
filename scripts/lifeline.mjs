// Preloaded into every process the project starts: when the process that started it is gone, it asks itself to end.
const parent = Number(process.env.LIFELINE);
delete process.env.LIFELINE; // meant for this process, not for those it starts

if (parent > 0) {
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 4_000).unref();
  }, 250);
  look.unref();
}
