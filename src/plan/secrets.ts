/** Whether a variable of this name holds a secret, going by the words that people use. Names of files that hold one do not. */
export function isSecretName(name: string): boolean {
  const upper = name.toUpperCase();
  if (/_(FILE|PATH|DIR)$/.test(upper)) return false;
  return (
    /TOKEN|PASSW|PASSPHRASE|SECRET|CREDENTIAL|APIKEY|PRIVATE/.test(upper) || /(^|_)(PASS|KEYS?|AUTH)(_|$)/.test(upper)
  );
}
