/** The mean of parameters, array by array: means of weights are weights, and of covariances covariances. */
export function averageOf<P>(list: readonly P[]): P {
  const mean = (values: readonly unknown[]): unknown => {
    const [first] = values;
    if (typeof first === 'number')
      return (values as number[]).reduce((sum, value) => sum + value / values.length, 0);
    if (first instanceof Float64Array) {
      return first.map((_, i) =>
        (values as Float64Array[]).reduce((sum, array) => sum + array[i] / values.length, 0),
      );
    }
    return Object.fromEntries(
      Object.keys(first as object).map(name => [
        name,
        mean(values.map(value => (value as Record<string, unknown>)[name])),
      ]),
    );
  };
  return mean(list) as P;
}
