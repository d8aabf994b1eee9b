import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import type { Security } from './handshake.ts';

/** The part of a plan's probe config that says how its connections are secured. */
export interface SecurityConfig {
  mechanism: 'NULL' | 'PLAIN';
  username?: string | undefined;
  passwordFile?: string | undefined;
}

/** Keys to spread into a probe's schema; refine it with `checkSecurity`. */
export function securityKeys() {
  return {
    mechanism: z
      .enum(['NULL', 'PLAIN'], {
        error: (issue) => (issue.input === 'CURVE' ? 'CURVE is not supported: expected NULL or PLAIN' : undefined),
      })
      .default('NULL')
      .describe('Security mechanism of the peer; CURVE is not supported'),
    username: z.string().min(1).max(255).optional().describe('For PLAIN'),
    passwordFile: z
      .string()
      .min(1)
      .optional()
      .describe('For PLAIN: a file that holds the password; read for each connection'),
  };
}

/** PLAIN needs a name and a password, NULL has none. */
export function checkSecurity(config: SecurityConfig, context: z.RefinementCtx): void {
  const given = config.username !== undefined && config.passwordFile !== undefined;
  const any = config.username !== undefined || config.passwordFile !== undefined;
  if (config.mechanism === 'PLAIN' && !given)
    context.addIssue({ code: 'custom', path: ['mechanism'], message: 'PLAIN needs username and passwordFile' });
  if (config.mechanism === 'NULL' && any)
    context.addIssue({
      code: 'custom',
      path: ['mechanism'],
      message: 'username and passwordFile need mechanism: PLAIN',
    });
}

/** Reads the password anew. Rejects where the file cannot be read. */
export async function readSecurity(config: SecurityConfig): Promise<Security> {
  if (config.mechanism === 'NULL') return { mechanism: 'NULL' };
  const password = (await readFile(config.passwordFile ?? '', 'utf8')).trimEnd();
  return { mechanism: 'PLAIN', username: config.username ?? '', password };
}
