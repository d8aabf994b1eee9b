import * as z from 'zod';
import { DURATION_HINT, parseDuration, parsePercentage } from '../slo/model/quantity.ts';

/** A duration with its unit (`30s`), as ms. */
export function duration(): z.ZodType<number, string | number> {
  return z.union([z.string(), z.number()]).transform((input, context) => {
    const parsed = parseDuration(input);
    if (parsed.ok) return parsed.quantity.value;
    context.addIssue({ code: 'custom', message: parsed.problem, params: { allowed: DURATION_HINT } });
    return z.NEVER;
  });
}

/** A percentage with its sign (`99.9%`), as a ratio. */
export function percentage(): z.ZodType<number, string> {
  return z.string().transform((input, context) => {
    const parsed = parsePercentage(input);
    if (parsed.ok) return parsed.quantity.value;
    context.addIssue({ code: 'custom', message: parsed.problem });
    return z.NEVER;
  });
}

/** Text that must never be printed. Better: a file that holds it. */
export function secret(): z.ZodType<string, string> {
  return z.string().min(1).meta({ secret: true });
}

/** `host:port`, with IPv6 in brackets. */
export function hostAndPort(): z.ZodType<string, string> {
  return z
    .string()
    .regex(/^(\[[0-9a-fA-F:.]+\]|[^\s:/@]+):\d{1,5}$/, 'expected host:port, with an IPv6 address in brackets')
    .refine((text) => Number(text.slice(text.lastIndexOf(':') + 1)) <= 65_535, 'the port must be at most 65535');
}

/** An http or https URL without credentials in it. */
export function httpUrl(): z.ZodType<string, string> {
  return z.string().superRefine((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url || !/^https?:$/.test(url.protocol))
      context.addIssue({ code: 'custom', message: 'expected a URL that starts with http:// or https://' });
    else if (url.username || url.password)
      context.addIssue({ code: 'custom', message: 'no credentials in URLs: name a file that holds them instead' });
  });
}
