// Lets Node import k6's modules: each is the file of its name beside this one.

const files = {
  k6: 'k6.mjs',
  'k6/http': 'http.mjs',
  'k6/metrics': 'metrics.mjs',
};

export async function resolve(specifier, context, next) {
  if (Object.hasOwn(files, specifier)) {
    return { url: new URL(files[specifier], import.meta.url).href, shortCircuit: true };
  }
  if (specifier === 'k6' || specifier.startsWith('k6/')) {
    throw new Error(`there is no stand-in for ${specifier}`);
  }
  return next(specifier, context);
}
