// Row `row` of the resident rows, in registers, by as few loads as D allows.
#if ROWS_VEC4
#for v in 0..D / 4
    let quad_${v} = rows[row * ${D / 4}u + ${v}u];
    let x_${4 * v} = quad_${v}.x;
    let x_${4 * v + 1} = quad_${v}.y;
    let x_${4 * v + 2} = quad_${v}.z;
    let x_${4 * v + 3} = quad_${v}.w;
#end
#elif ROWS_VEC2
#for v in 0..D / 2
    let pair_${v} = rows[row * ${D / 2}u + ${v}u];
    let x_${2 * v} = pair_${v}.x;
    let x_${2 * v + 1} = pair_${v}.y;
#end
#else
#for j in 0..D
    let x_${j} = rows[row * D + ${j}u];
#end
#endif
