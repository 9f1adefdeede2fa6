/** How a function is packed into one file: for CDK, and for the bench that measures the same file. */

export const bundling = {
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
}
