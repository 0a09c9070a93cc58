// Row `row` of the resident rows, in registers.
#for j in 0..D
    let x_${j} = rows[row * D + ${j}u];
#end
