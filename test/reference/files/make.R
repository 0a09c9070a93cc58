# Small files as R writes them, and what they mean.
#
# Rscript make.R      (R 4.2.2)
#
# Data sets of the package datasets, written by a function's own call. r/expected.json holds what a person means by a
# file, computed from the table and not from the file: columns, rows, means, and the log-likelihood of one Gaussian whose
# covariance is that of the rows (divided by n) with 1e-6 on its diagonal. r/levels.json holds what is meant by columns of
# words: columns, rows, levels, and the log-likelihood of their frequencies, each column by itself.

dir.create('r', showWarnings = FALSE)
lines <- character()

expect <- function(name, table, columns = names(table)) {
  values <- as.matrix(table)
  n <- nrow(values)
  d <- ncol(values)
  from <- sweep(values, 2, colMeans(values))
  covariance <- crossprod(from) / n + 1e-6 * diag(d)
  distances <- sum(from * t(solve(covariance, t(from))))
  density <- -0.5 * (n * (d * log(2 * pi) + c(determinant(covariance)$modulus)) + distances)
  numbers <- function(x) paste(sprintf('%.17g', x), collapse = ', ')
  lines <<- c(lines, sprintf(
    ' "r/%s": { "columns": [%s], "rows": %d, "means": [%s], "logLikelihood": %s }',
    name, paste0('"', columns, '"', collapse = ', '), n, numbers(colMeans(values)), numbers(density)
  ))
}

cars <- mtcars[, c('mpg', 'hp', 'wt', 'qsec')]
air <- head(airquality[, 1:4], 40)
flowers <- iris[seq(1, 150, 5), ]
numbers <- flowers[, 1:4]
bare <- unname(as.matrix(numbers))
positions <- 0:3

write.csv(cars, 'r/write.csv'); expect('write.csv', cars)
write.csv(cars, 'r/write.csv-without-row-names.csv', row.names = FALSE); expect('write.csv-without-row-names.csv', cars)
write.csv(bare, 'r/write.csv-of-matrix.csv'); expect('write.csv-of-matrix.csv', numbers, paste0('V', 1:4))
write.csv(flowers, 'r/write.csv-factor.csv'); expect('write.csv-factor.csv', numbers)
write.csv(flowers, 'r/write.csv-factor-without-quotes.csv', quote = FALSE, row.names = FALSE)
expect('write.csv-factor-without-quotes.csv', numbers)
write.csv(air, 'r/write.csv-NA.csv'); expect('write.csv-NA.csv', na.omit(air))
write.csv(air, 'r/write.csv-NA-as-nothing.csv', na = '', row.names = FALSE)
expect('write.csv-NA-as-nothing.csv', na.omit(air))
write.csv2(cars, 'r/write.csv2'); expect('write.csv2', cars)
write.csv2(cars, 'r/write.csv2-without-row-names.csv', row.names = FALSE); expect('write.csv2-without-row-names.csv', cars)
write.csv2(air, 'r/write.csv2-NA.csv'); expect('write.csv2-NA.csv', na.omit(air))
write.csv2(flowers, 'r/write.csv2-factor.csv'); expect('write.csv2-factor.csv', numbers)
write.table(cars, 'r/write.table'); expect('write.table', cars)
write.table(cars, 'r/write.table-tabs.tsv', sep = '\t'); expect('write.table-tabs.tsv', cars)
write.table(cars, 'r/write.table-tabs-without-quotes.tsv', sep = '\t', quote = FALSE)
expect('write.table-tabs-without-quotes.tsv', cars)
write.table(numbers, 'r/write.table-without-quotes.txt', quote = FALSE); expect('write.table-without-quotes.txt', numbers)
write.table(faithful[1:40, ], 'r/write.table-plain.tsv', sep = '\t', quote = FALSE, row.names = FALSE)
expect('write.table-plain.tsv', faithful[1:40, ])
write.table(cars, 'r/write.table-commas.csv', sep = ','); expect('write.table-commas.csv', cars)
write.table(cars, 'r/write.table-col.names-NA.csv', sep = ',', col.names = NA); expect('write.table-col.names-NA.csv', cars)
write.table(cars, 'r/write.table-decimal-commas.txt', dec = ','); expect('write.table-decimal-commas.txt', cars)
write.table(bare, 'r/write.table-bare.txt', row.names = FALSE, col.names = FALSE)
expect('write.table-bare.txt', numbers, positions)
write.table(bare, 'r/write.table-of-matrix.txt'); expect('write.table-of-matrix.txt', numbers, paste0('V', 1:4))
write.table(air, 'r/write.table-NA.txt'); expect('write.table-NA.txt', na.omit(air))
write.table(flowers, 'r/write.table-factor.txt'); expect('write.table-factor.txt', numbers)
write(t(bare), 'r/write.txt', ncolumns = 4); expect('write.txt', numbers, positions)
writeLines(capture.output(print(faithful[1:40, ])), 'r/print.txt'); expect('print.txt', faithful[1:40, ])
writeLines(capture.output(print(women, row.names = FALSE)), 'r/print-without-row-names.txt')
expect('print-without-row-names.txt', women)
days <- data.frame(day = as.Date('2024-01-01') + 0:29, faithful[1:30, ])
write.csv(days, 'r/write.csv-dates.csv'); expect('write.csv-dates.csv', faithful[1:30, ])
zipped <- gzfile('r/write.csv.gz', 'w')
write.csv(cars, zipped)
close(zipped)
expect('write.csv.gz', cars)
latin <- file('r/write.csv-latin1.csv', 'w', encoding = 'latin1')
write.csv(setNames(faithful[1:30, ], c('Länge', 'Wärme')), latin, row.names = FALSE)
close(latin)
expect('write.csv-latin1.csv', faithful[1:30, ], c('Länge', 'Wärme'))
factors <- character()

expect_levels <- function(name, table) {
  texts <- function(x) paste0('[', paste0('"', x, '"', collapse = ', '), ']')
  n <- nrow(table)
  counts <- lapply(table, function(x) c(table(x)))
  density <- sum(sapply(counts, function(k) sum(k * log(k / n))))
  levels <- paste(sapply(counts, function(k) texts(sort(names(k), method = 'radix'))), collapse = ', ')
  factors <<- c(factors, sprintf(
    ' "r/%s": { "columns": %s, "rows": %d, "levels": [%s], "logLikelihood": %.17g }',
    name, texts(names(table)), n, levels, density
  ))
}

breaks <- warpbreaks[1:40, c('wool', 'tension')]
write.csv(breaks, 'r/write.csv-factors.csv'); expect_levels('write.csv-factors.csv', breaks)
titanic <- data.frame(Titanic)[, 1:4]
write.csv(titanic, 'r/write.csv-titanic.csv', row.names = FALSE); expect_levels('write.csv-titanic.csv', titanic)
expect_levels('write.csv-factor.csv', flowers['Species'])
logical <- data.frame(faithful[1:30, ], long = faithful$eruptions[1:30] > 3)
write.csv(logical, 'r/write.csv-logical.csv', row.names = FALSE)
expect('write.csv-logical.csv', faithful[1:30, ])
infinite <- air
infinite[is.na(infinite)] <- -Inf
write.csv(infinite[1:12, ], 'r/write.csv-infinite.csv', row.names = FALSE)
expect('write.csv-infinite.csv', na.omit(air[1:12, ]))

writeLines(c('{', paste(lines, collapse = ',\n'), '}'), 'r/expected.json')
writeLines(c('{', paste(factors, collapse = ',\n'), '}'), 'r/levels.json')
