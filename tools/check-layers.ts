/** `npm run layers`: exits with 1 where an import crosses a layer, or where the tool that looks did not see all of the tree. */
import { checkLayers, type LayerViolation } from './layers.ts';

const { modules, imports, violations, overlooked } = await checkLayers(process.cwd());
for (const violation of violations) console.error(describe(violation));
for (const what of overlooked) console.error(`overlooked: ${what}`);
if (overlooked.length > 0) console.error('The layer tool did not see all of the tree, so its answer is worth nothing.');
console.log(`${violations.length} violations in ${modules} files with ${imports} imports between them`);
process.exitCode = violations.length + overlooked.length === 0 ? 0 : 1;

function describe({ rule, from, to, advice }: LayerViolation): string {
  return `${rule}: ${from} -> ${to}\n  ${advice}`;
}
