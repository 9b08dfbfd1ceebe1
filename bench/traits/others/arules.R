# Finds all combinations of up to three values among the best customers with arules.
#
#   Rscript arules.R CSV     prints a line for each measurement: name, ms of processor time, how many combinations

suppressPackageStartupMessages(library(arules))

timed <- function(name, expression, found = FALSE) {
    time <- system.time(value <- expression)
    cat(name, 1000 * (time[["user.self"]] + time[["sys.self"]]), if (found) length(value) else "\\N", sep = "\t")
    cat("\n")
    invisible(value)
}

all <- timed("arules: load", as(read.csv(commandArgs(TRUE)[1], colClasses = "factor"), "transactions"))
flag <- grepl("^best=", itemLabels(all))
best <- all[all %in% "best=1", !flag]
min_best <- max(2, ceiling(0.01 * length(best))) - 0.5

# In one call, with all counts: rules that lead to best.
timed("arules: rules", apriori(all,
    parameter = list(support = min_best / length(all), confidence = 0, minlen = 2, maxlen = 4, maxtime = 0),
    appearance = list(rhs = "best=1", default = "lhs"), control = list(verbose = FALSE)), TRUE)

# The quickest way there is: what the best share, and then how often that occurs among all.
timed("arules: count", {
    sets <- apriori(best, parameter = list(target = "frequent itemsets", support = min_best / length(best), maxlen = 3),
        control = list(verbose = FALSE))
    support(sets, all[, !flag], method = "tidlists")
}, TRUE)
