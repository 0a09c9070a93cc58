// The Gaussian of independent features, in snippets for one staged component ${c}. Everything has a
// name and no index, so that it stays in registers: log2 π_k N(x | μ_k, σ_k²) = constant − Σ_j (w_j (x_j − μ_kj))²
// with w = √(½ log2 e) / σ; T(u) = (u, u²) with u = x − μ_k.

#section parameters
  let constant_${c} = staged[${c * COMPONENT_LENGTH}];
#for j in 0..D
  let factor_${c}_${j} = staged[${c * COMPONENT_LENGTH + 1 + D + j}];
#end

#section log_density
  var squares_${c} = 0.0;
#for j in 0..D
  let y_${c}_${j} = factor_${c}_${j} * u_${c}_${j};
  squares_${c} = fma(y_${c}_${j}, y_${c}_${j}, squares_${c});
#end
  let logit_${c} = max(constant_${c} - squares_${c}, LOG_ZERO);

#section sums
  var sum_${c}_0 = 0.0;
#for t in 0..2 * D
  var sum_${c}_${1 + t} = 0.0;
#end

#section accumulate
  sum_${c}_0 += r_${c};
#for j in 0..D
  let weighted_${c}_${j} = r_${c} * u_${c}_${j};
  sum_${c}_${1 + j} += weighted_${c}_${j};
  sum_${c}_${1 + D + j} = fma(weighted_${c}_${j}, u_${c}_${j}, sum_${c}_${1 + D + j});
#end
