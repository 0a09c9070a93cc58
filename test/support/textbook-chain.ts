/** Hidden Markov models by the book, slowly: what the backends must agree with. Emissions b [T, K] are probabilities. */
export interface TextbookChain {
  initial: ArrayLike<number>;
  /** [K, K] */
  transition: ArrayLike<number>;
}

export interface Textbook {
  logLikelihood: number;
  /** [T, K] */
  gamma: Float64Array;
  /** [K, K] Σ_t ξ_t */
  xi: Float64Array;
  /** [T] */
  path: number[];
  logPath: number;
}

/** Sums and maxima over all K^T paths. */
export function bruteForce({ initial, transition }: TextbookChain, b: Float64Array): Textbook {
  const k = initial.length;
  const T = b.length / k;
  const gamma = new Float64Array(T * k);
  const xi = new Float64Array(k * k);
  let total = 0;
  let best = { p: -1, path: [] as number[] };
  for (let code = 0; code < k ** T; code++) {
    // The first state is the most significant digit: of equal paths the first has the smaller states in front.
    const path = Array.from({ length: T }, (_, t) => Math.floor(code / k ** (T - 1 - t)) % k);
    let p = initial[path[0]] * b[path[0]];
    for (let t = 1; t < T; t++) p *= transition[path[t - 1] * k + path[t]] * b[t * k + path[t]];
    total += p;
    for (let t = 0; t < T; t++) gamma[t * k + path[t]] += p;
    for (let t = 1; t < T; t++) xi[path[t - 1] * k + path[t]] += p;
    if (p > best.p) best = { p, path };
  }
  return {
    logLikelihood: Math.log(total),
    gamma: gamma.map(p => p / total),
    xi: xi.map(p => p / total),
    path: best.path,
    logPath: Math.log(best.p),
  };
}

/** Rabiner's scaled recursions and Viterbi, with all T × K messages in memory. */
export function textbook({ initial, transition }: TextbookChain, b: Float64Array): Textbook {
  const k = initial.length;
  const T = b.length / k;
  const alpha = new Float64Array(T * k);
  const scales = new Float64Array(T);
  for (let t = 0; t < T; t++) {
    for (let j = 0; j < k; j++) {
      let ahead = t === 0 ? initial[j] : 0;
      if (t > 0) for (let i = 0; i < k; i++) ahead += alpha[(t - 1) * k + i] * transition[i * k + j];
      alpha[t * k + j] = ahead * b[t * k + j];
      scales[t] += alpha[t * k + j];
    }
    for (let j = 0; j < k; j++) alpha[t * k + j] /= scales[t];
  }
  const gamma = Float64Array.from(alpha);
  const xi = new Float64Array(k * k);
  let beta = new Float64Array(k).fill(1);
  for (let t = T - 2; t >= 0; t--) {
    const next = new Float64Array(k);
    for (let i = 0; i < k; i++) {
      for (let j = 0; j < k; j++) {
        const term = (transition[i * k + j] * b[(t + 1) * k + j] * beta[j]) / scales[t + 1];
        next[i] += term;
        xi[i * k + j] += alpha[t * k + i] * term;
      }
      gamma[t * k + i] *= next[i];
    }
    beta = next;
  }
  return {
    logLikelihood: scales.reduce((sum, c) => sum + Math.log(c), 0),
    gamma,
    xi,
    ...viterbi(initial, transition, b, T),
  };
}

/** log p(x) from the end alone: log Σ_k δ_k b_1(k) β_1(k). */
export function backwardLikelihood({ initial, transition }: TextbookChain, b: Float64Array): number {
  const k = initial.length;
  let beta = new Float64Array(k).fill(1);
  let log = 0;
  for (let t = b.length / k - 1; t > 0; t--) {
    const next = new Float64Array(k);
    for (let i = 0; i < k; i++) {
      for (let j = 0; j < k; j++) next[i] += transition[i * k + j] * b[t * k + j] * beta[j];
    }
    const scale = Math.max(...next);
    log += Math.log(scale);
    beta = next.map(value => value / scale);
  }
  return log + Math.log(beta.reduce((sum, value, j) => sum + initial[j] * b[j] * value, 0));
}

function viterbi(initial: ArrayLike<number>, transition: ArrayLike<number>, b: Float64Array, T: number) {
  const k = initial.length;
  let best = Array.from({ length: k }, (_, j) => Math.log(initial[j]) + Math.log(b[j]));
  const pointers = new Uint8Array(T * k);
  for (let t = 1; t < T; t++) {
    best = best.map((_, j) => {
      const values = best.map((value, i) => value + Math.log(transition[i * k + j]));
      const from = values.indexOf(Math.max(...values));
      pointers[t * k + j] = from;
      return values[from] + Math.log(b[t * k + j]);
    });
  }
  const path = new Array<number>(T);
  path[T - 1] = best.indexOf(Math.max(...best));
  for (let t = T - 1; t > 0; t--) path[t - 1] = pointers[t * k + path[t]];
  return { path, logPath: Math.max(...best) };
}
