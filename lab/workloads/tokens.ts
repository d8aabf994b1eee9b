/** How the lab's engines and gateways cut a prompt into tokens and blocks: both must do it alike. */

/** Tokens of one block; only full blocks are cached. */
export const blockSize = 16;

/** A text is its bytes; a list of numbers is tokens already; anything else is an empty prompt. */
export function tokensOf(prompt: unknown): number[] {
  if (typeof prompt === 'string') return [...Buffer.from(prompt)];
  if (Array.isArray(prompt) && prompt.every((token) => Number.isSafeInteger(token))) return prompt as number[];
  return [];
}

/** The full blocks of a prompt, from its beginning. */
export function blocksOf(tokens: readonly number[], size: number = blockSize): number[][] {
  const full = Math.floor(tokens.length / size);
  return Array.from({ length: full }, (_, index) => tokens.slice(index * size, (index + 1) * size));
}

/** The prompt in the body of a completion request, as tokens. */
export function tokensOfRequest(body: string): number[] {
  try {
    return tokensOf((JSON.parse(body) as { prompt?: unknown } | null)?.prompt);
  } catch {
    return [];
  }
}
