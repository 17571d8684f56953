/** What the saved line says, from everything that still waits for the server. */

/**
 * @param {{waiting: number, offline: boolean, conflict: boolean, refused: string|null, at: string|null}} now
 * @returns {{status: "saved"|"saving"|"offline"|"conflict"|"failed", at: string|null, waiting: number, sentence: string|null}}
 */
export function savedStatus({ waiting, offline, conflict, refused, at }) {
  const line = (status, sentence) => ({ status, at, waiting, sentence });
  if (conflict) return line("conflict", "Somebody else changed this label. Choose which version to keep.");
  if (offline && waiting > 0) {
    return line("offline", `${waiting} not saved: the server does not answer. It is kept here and sent again.`);
  }
  if (refused) return line("failed", refused);
  if (waiting > 0) return line("saving", null);
  return line("saved", null);
}
