// u = x − μ_k of component ${c}.
#for j in 0..D
  let u_${c}_${j} = x_${j} - mean_${c}_${j};
#end
