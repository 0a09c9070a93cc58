// Snippets for component ${c}: the sums of r (1, u), u = x − μ_k.

#section sums
  var sum_${c}_0 = 0.0;
#for t in 0..D
  var sum_${c}_${1 + t} = 0.0;
#end

#section accumulate
  sum_${c}_0 += r_${c};
#for j in 0..D
  sum_${c}_${1 + j} = fma(r_${c}, u_${c}_${j}, sum_${c}_${1 + j});
#end
