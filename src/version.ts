declare const STEADFAST_VERSION: string | undefined;

/** The version of the program; the bundler puts it in, a run from the sources says so. */
export const VERSION: string = typeof STEADFAST_VERSION === 'string' ? STEADFAST_VERSION : '0.0.0-source';
