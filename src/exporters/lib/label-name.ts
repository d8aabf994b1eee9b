/** A label name that Prometheus and Alertmanager take, as near to the given one as they allow. */
export function labelName(name: string): string {
  const allowed = name.replace(/[^a-zA-Z0-9_]/g, '_');
  return /^[0-9]/.test(allowed) || allowed === '' ? `_${allowed}` : allowed;
}
