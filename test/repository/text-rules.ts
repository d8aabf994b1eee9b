import type { RepositoryFile } from './repository-files.ts';

export interface TextRule {
  name: string;
  /** What to do instead. */
  advice: string;
  files: RegExp;
  except?: RegExp;
  pattern: RegExp;
}

/** `path:line: rule: the matching text: advice` for each line that breaks a rule. Lines of pure comment are not code. */
export function breaches(rules: TextRule[], files: RepositoryFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    rules
      .filter((rule) => rule.files.test(path) && rule.except?.test(path) !== true)
      .flatMap((rule) => breachesOf(rule, path, text)),
  );
}

function breachesOf(rule: TextRule, path: string, text: string): string[] {
  return text.split('\n').flatMap((line, index) => {
    const found = rule.pattern.exec(line);
    return found === null ? [] : [`${path}:${index + 1}: ${rule.name}: ${found[0].trim()}: ${rule.advice}`];
  });
}
