/** The one source of chance. It lies in the judge, which may import nothing; the rest of the program comes through this door. */
export { forStream, type Random } from '../slo/stats/random.ts';
