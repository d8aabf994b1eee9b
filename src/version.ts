declare const STEADFAST_VERSION: string | undefined;

/** Whether this is the bundle that is shipped, in which the bundler has put the version, and not the sources. */
export const IS_BUNDLE: boolean = typeof STEADFAST_VERSION === 'string';

/** The version of the program; a run from the sources says so. */
export const VERSION: string = typeof STEADFAST_VERSION === 'string' ? STEADFAST_VERSION : '0.0.0-source';
