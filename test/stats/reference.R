# Prints reference.tsv, which check.c compares with: Rscript test/stats/reference.R > test/stats/reference.tsv (Debian: r-cran-proc, r-cran-survival)
# Each line: a function, its arguments, "=", what R says. Where R has no such function, its formula is written out.

set.seed(20240229)

put <- function(name, args, value) {
	shown <- function(x) sprintf("%.17g", x)
	lines <<- c(lines, paste(c(name, shown(args), "=", shown(value)), collapse = "\t"))
	names <<- c(names, name)
}
lines <- character()
names <- character()

# --- tables: a of n rows with the trait are best, of best of total -------------------------------------------------------

edges <- rbind(
	c(0, 5, 3, 10), c(0, 0, 3, 10), c(0, 5, 0, 10), c(3, 10, 3, 10), c(5, 5, 10, 10), c(0, 0, 0, 10), c(10, 10, 10, 10),
	c(3, 3, 3, 10), c(3, 5, 3, 10), c(5, 5, 7, 10), c(2, 5, 7, 10), c(4, 8, 6, 10), c(1, 1, 1, 1), c(0, 1, 0, 1), c(0, 0, 1, 1),
	c(1, 1, 1, 1e9), c(1, 1, 5e8, 1e9), c(1, 1e6, 1, 1e9), c(2, 2, 2, 1e9), c(7, 9, 1000, 1e6), c(2, 2, 100, 1e5), c(8, 20, 100, 1e5))
# p is far below what a double holds, or as near to 1 as the other tail is
extremes <- rbind(
	c(2000, 2000, 5000, 20000), c(9000, 10000, 20000, 1e5), c(50000, 300000, 50000, 1e6), c(1e5, 2e5, 2e5, 1e6), c(900, 1000, 1000, 1e6),
	c(5e6, 1e7, 1e7, 1e9), c(1.2e8, 3e8, 3e8, 1e9), c(1e5, 1e5, 1e5, 1e9), c(4e5, 5e5, 5e5, 1e6), c(1e3, 1e3, 1e3, 2e3),
	c(1, 2000, 2000, 20000), c(100, 2000, 5000, 20000), c(50, 1e5, 2e5, 1e6), c(1.7e5, 1e6, 2e5, 1.1e6), c(8e7, 3e8, 3e8, 1e9),
	c(10001000, 1e8, 1e8, 1e9), c(9999000, 1e8, 1e8, 1e9), c(1e7, 1e8, 1e8, 1e9), c(1e7 + 1, 1e8, 1e8, 1e9), c(10050000, 1e8, 1e8, 1e9))
random_table <- function(largest) {
	total <- ceiling(10^runif(1, 1, largest))
	best <- ceiling(total * 10^runif(1, -min(3, largest / 2), -0.05))
	n <- ceiling(total * 10^runif(1, -min(3, largest / 2), -0.05))
	sd <- sqrt(n * best / total * (1 - best / total) * (1 - n / total)) + 0.5
	a <- round(n * best / total + sd * rnorm(1) * sample(c(0.3, 1, 3, 10), 1))
	c(min(max(a, 0, n + best - total), n, best), n, best, total)
}
tables <- rbind(edges, extremes, t(replicate(60, random_table(4))), t(replicate(40, random_table(9))))

log1mexp <- function(x) ifelse(x > -0.693, log(-expm1(x)), log1p(-exp(x)))
invisible(apply(tables, 1, function(t) {
	a <- t[1]; n <- t[2]; best <- t[3]; rest <- t[4] - t[3]
	point <- dhyper(a, best, rest, n, log = TRUE)
	upper <- phyper(a - 1, best, rest, n, lower.tail = FALSE, log.p = TRUE)
	# phyper loses digits there
	if (a == min(n, best)) upper <- point
	lower <- phyper(a, best, rest, n, log.p = TRUE)
	put("log_hypergeometric", t, point)
	put("log_fisher", t, upper)
	put("log_fisher_mid", t, if (upper < lower) upper + log1mexp(point - log(2) - upper) else log1mexp(lower + log1mexp(point - log(2) - lower)))
}))

# --- limits of the odds ratio --------------------------------------------------------------------------------------------

# fisher.test stops early; this goes on, along another way: the whole density, and bisection
exact_limits <- function(t, level) {
	a <- t[1]; n <- t[2]; best <- t[3]; total <- t[4]
	x <- max(0, n + best - total):min(n, best)
	density <- dhyper(x, best, total - best, n, log = TRUE)
	tail <- function(log_odds, which) {
		d <- density + x * log_odds
		d <- exp(d - max(d))
		sum(d[which]) / sum(d)
	}
	root <- function(which) {
		f <- function(log_odds) log(tail(log_odds, which)) - log((1 - level) / 2)
		exp(suppressWarnings(uniroot(f, c(-30, 30), tol = 1e-14, maxiter = 10000))$root)
	}
	c(if (a == min(x)) 0 else root(x >= a), if (a == max(x)) Inf else root(x <= a))
}
small <- rbind(
	c(3, 4, 5, 12), c(0, 5, 3, 10), c(5, 5, 7, 10), c(2, 5, 7, 10), c(3, 3, 3, 10), c(0, 0, 3, 10), c(8, 20, 100, 1000), c(2, 2, 100, 1000),
	c(1, 50, 100, 1000), c(30, 100, 200, 1000), c(8, 20, 1e4, 1e5), c(3, 1000, 2000, 1e6), c(999, 1000, 5e5, 1e6), c(4, 2e5, 3e5, 1e6),
	c(200000, 2e5 + 3, 3e5, 1e6), c(1, 1, 1, 1000), c(150, 200, 300, 1000), t(replicate(25, random_table(3.5))))
invisible(apply(small, 1, function(t) for (level in c(0.95, 0.8, 0.999)) put("odds_ratio_exact", c(t, level), exact_limits(t, level))))
invisible(apply(small[small[, 4] <= 2000, ], 1, function(t) {
	cells <- matrix(c(t[1], t[2] - t[1], t[3] - t[1], t[4] - t[2] - t[3] + t[1]), 2)
	put("fisher.test", c(t, 0.95), fisher.test(cells)$conf.int)
}))

# --- other sizes of the effect -------------------------------------------------------------------------------------------

invisible(apply(tables[c(1, 8:14, 20:30, 43:82), ], 1, function(t) {
	a <- t[1]; b <- t[2] - a; c <- t[3] - a; d <- t[4] - a - b - c
	z <- qnorm(0.95)
	put("odds_ratio", t, a / b / (c / d))
	put("odds_ratio_logit", c(t, 0.9), exp(log(a + .5) - log(b + .5) - log(c + .5) + log(d + .5) + c(-z, z) * sqrt(sum(1 / (c(a, b, c, d) + .5)))))
	put("risk_ratio", t, (a / (a + b)) / (c / (c + d)))
	if (a > 0 && c > 0)
		put("risk_ratio_limits", c(t, 0.9), exp(log(a / (a + b)) - log(c / (c + d)) + c(-z, z) * sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))))
	expected <- t[2] * t[3] / t[4]
	put("information_component", t, log2((a + .5) / (expected + .5)))
	put("information_component_low", t, log2(qgamma(0.025, a + .5) / (expected + .5)))
}))
for (x in list(c(0, 1), c(1, 1), c(0, 10), c(10, 10), c(3, 10), c(1, 1000), c(999, 1000), c(5, 1e6), c(123456, 1e6), c(1, 1e9), c(7, 12)))
	for (level in c(0.95, 0.8, 0.999))
		put("proportion_limits", c(x, level), suppressWarnings(prop.test(x[1], x[2], conf.level = level, correct = FALSE)$conf.int))
for (x in list(c(0, 1), c(1, 1), c(0, 5), c(4, 4), c(5, 10), c(2.25, 3), c(1/3, 40), c(999.5, 1000), c(5, 1e6)))
	for (level in c(0.95, 0.8))
		put("jeffreys_limits", c(x, level), c(if (x[1] > 0) qbeta((1 - level) / 2, x[1] + .5, x[2] - x[1] + .5) else 0, if (x[1] < x[2]) qbeta((1 + level) / 2, x[1] + .5, x[2] - x[1] + .5) else 1))

# --- families of hypotheses ----------------------------------------------------------------------------------------------

for (i in 1:12) {
	k <- c(1, 2, 3, 5, 10, 25)[(i - 1) %% 6 + 1]
	p <- pmax(rbeta(k, 0.3, 3), 1e-250)
	if (i %% 3 == 0) p <- signif(p, 1)   # ties
	for (family in c(k, k + 3, 40 * k, 1e6))
		for (method in c("bonferroni", "holm", "BH", "BY"))
			put(paste0("adjust_", tolower(method)), c(family, log(p)), p.adjust(p, method, n = family))
}

# --- rankings ------------------------------------------------------------------------------------------------------------

for (i in 1:15) {
	k <- sample(2:12, 1)
	best <- rpois(k, 3 + (1:k)); rest <- rpois(k, 12) + (i > 5)
	if (i > 5) best <- best + 1
	scores <- rep(1:k, best); others <- rep(1:k, rest)
	put("auc_of_bins", c(best, rest), suppressWarnings(wilcox.test(scores, others, exact = FALSE)$statistic) / (as.numeric(sum(best)) * sum(rest)))
	if (i > 5) {
		p <- best / sum(best); q <- rest / sum(rest)
		put("woe", c(best[1], sum(best), rest[1], sum(rest)), log(p[1] / q[1]))
		put("information_value", c(0, best, rest), sum((p - q) * log(p / q)))
	}
	best[1] <- 0; rest[2] <- 0
	p <- (best + (1:k <= 2) / 2) / sum(best); q <- (rest + (1:k <= 2) / 2) / sum(rest)
	put("information_value", c(1, best, rest), sum(((p - q) * log(p / q))[best + rest > 0]))
}

# --- distributions -------------------------------------------------------------------------------------------------------

for (x in c(1e-8, 0.1, 0.5, 1, 1.5, 2, 3.7, 15.5, 16, 100.25, 1e6, 1e12)) put("log_gamma", x, lgamma(x))
for (p in c(1e-300, 1e-20, 1e-5, 0.005, 0.025, 0.31, 0.5, 0.75, 0.9, 0.975, 0.9995, 1 - 1e-12)) put("normal_quantile", p, qnorm(p))
for (a in c(0.5, 1, 2.5, 17, 300.5, 5e4, 1e7)) for (p in c(1e-12, 0.001, 0.025, 0.5, 0.8, 0.975, 1 - 1e-9)) {
	x <- qgamma(p, a)
	put("gamma_quantile", c(p, a), x)
	put("gamma_cdf", c(signif(x, 6), a), pgamma(signif(x, 6), a))
}
for (s in list(c(0.5, 0.5), c(1, 1), c(2.5, 7), c(30, 0.7), c(3, 1000), c(400.5, 20000.5), c(600, 90), c(3e6, 4e6)))
	for (p in c(1e-12, 0.001, 0.025, 0.5, 0.8, 0.975, 0.9999)) {
		x <- qbeta(p, s[1], s[2])
		put("beta_quantile", c(p, s), x)
		put("beta_cdf", c(signif(x, 6), s), pbeta(signif(x, 6), s[1], s[2]))
	}

# --- two distributions over the same cells -------------------------------------------------------------------------------

for (x in list(c(1e-9, 0.5), c(0.3, 0.5), c(2, 0.5), c(40, 0.5), c(600, 0.5), c(0.5, 4.5), c(4.5, 4.5), c(9, 4.5), c(30, 4.5), c(1000, 4.5), c(12, 10), c(250, 200.5), c(1e4, 9e3)))
	put("log_gamma_upper", x, pgamma(x[1], x[2], lower.tail = FALSE, log.p = TRUE))
for (i in 1:20) {
	k <- sample(2:12, 1)
	e <- rpois(k, 20 * i) + 1; a <- rpois(k, 20 * i * rgamma(k, 10, 10)) + 1
	put("psi", c(0.5, 0.5, e, a), sum((a / sum(a) - e / sum(e)) * log((a / sum(a)) / (e / sum(e)))))
	points <- round(rnorm(k), 3)
	put("points_shift", c(e, a, points), sum((a / sum(a) - e / sum(e)) * points))
	# shares need no halves where no cell is empty
	put("psi", c(1e-4, 1e-4, e / sum(e), a / sum(a)), sum((a / sum(a) - e / sum(e)) * log((a / sum(a)) / (e / sum(e)))))
	put("log_homogeneity", c(e, a), pchisq(suppressWarnings(chisq.test(rbind(e, a), correct = FALSE))$statistic, k - 1, lower.tail = FALSE, log.p = TRUE))
	e <- c(0, e, 7, 0); a <- c(9, a, 0, 0)
	p <- (e + c(.5, rep(0, k), .5, 0)) / sum(e); q <- (a + c(.5, rep(0, k), .5, 0)) / sum(a)
	put("psi", c(0.5, 0.5, e, a), sum(((q - p) * log(q / p))[e + a > 0]))
	put("log_homogeneity", c(e, a), pchisq(suppressWarnings(chisq.test(rbind(e, a)[, e + a > 0], correct = FALSE))$statistic, k + 1, lower.tail = FALSE, log.p = TRUE))
}

# --- the area under the ROC curve: pROC has DeLong's variance ------------------------------------------------------------

newcombe <- function(auc, m, n, z) {
	off <- function(x) (auc - x) - z * sqrt(x * (1 - x) * (1 + ((m + n) / 2 - 1) * ((1 - x) / (2 - x) + x / (1 + x))) / (m * n))
	if (auc == 0) 0 else uniroot(off, c(0, auc * (1 - 1e-9)), tol = 1e-16)$root
}
auc_estimate <- function(best, rest, level) {
	k <- length(best); m <- sum(best); n <- sum(rest); z <- qnorm(0.5 + level / 2)
	roc <- suppressMessages(pROC::roc(controls = rep(1:k, rest), cases = rep(1:k, best), direction = "<"))
	auc <- as.numeric(pROC::auc(roc))
	variance <- if (m > 1 && n > 1) suppressWarnings(pROC::var(roc, method = "delong")) else 0
	other <- c(newcombe(auc, m, n, z), 1 - newcombe(1 - auc, m, n, z))
	if (!(variance > 0)) return(c(auc, (diff(other) / 2 / z)^2, other))
	limits <- plogis(qlogis(auc) + c(-z, z) * sqrt(variance) / (auc * (1 - auc)))
	if (min(m, n) < 20) limits <- c(min(limits[1], other[1]), max(limits[2], other[2]))
	c(auc, variance, limits)
}
of_bins <- function(best, rest) for (level in c(0.95, 0.8)) put("auc_estimate", c(level, best, rest), auc_estimate(best, rest, level))
for (x in list(
	list(0:1, 1:0), list(1:0, 0:1), list(1, 1), list(5, 40), list(c(0, 3), c(4, 0)), list(c(3, 0), c(0, 4)), list(c(0, 1, 0), c(9, 0, 9)), list(c(2, 3), c(7, 1)),
	list(c(0, 0, 1, 9), c(90, 0, 9, 1)), list(c(0, 30), c(400, 0)), list(c(1, 30), c(400, 1)), list(c(10, 20, 30), c(300, 100, 10)), list(c(0, 1), c(500, 500)))) of_bins(x[[1]], x[[2]])
for (i in 1:20) {
	k <- sample(2:30, 1)
	of_bins(rpois(k, (1:k) / k * sample(c(0.5, 3, 50), 1)) + (1:k == k), rpois(k, sample(c(2, 20), 1)) + (1:k == 1))
}

for (i in 1:12) {
	k <- sample(2:25, 1); best <- rpois(k, (1:k) / k * 4) + (1:k == 2); rest <- rpois(k, 3) + (1:k == 2)
	put("ks_of_bins", c(best, rest), suppressWarnings(ks.test(rep(1:k, best), rep(1:k, rest))$statistic))
}

# --- calibration ---------------------------------------------------------------------------------------------------------

for (i in 1:20) {
	k <- sample(3:20, 1); size <- 10^sample(1:5, 1)
	x <- round(sort(rnorm(k, sample(c(-4, 0, 2), 1), sample(c(0.2, 1, 3), 1))), 4)
	p <- plogis(0.7 * x + rnorm(k, 0.3, 0.2))
	best <- rbinom(k, size, p); rest <- size - best
	# an event at either end for each class, so that there is an estimate
	best[c(1, k)] <- best[c(1, k)] + 1; rest[c(1, k)] <- rest[c(1, k)] + 1
	line <- glm(cbind(best, rest) ~ x, family = binomial, control = glm.control(epsilon = 1e-16, maxit = 100))
	put("logistic_line", c(x, best, rest), coef(line))
}

# --- survival ------------------------------------------------------------------------------------------------------------

library(survival)

times_of <- function(events, censored) data.frame(
	time = c(rep(seq_along(events) - 1, events), rep(seq_along(censored) - 1, censored)),
	status = rep(c(1, 0), c(sum(events), sum(censored))))
random_lives <- function(k, size) list(events = rpois(k, size * rbeta(1, 1, 4)), censored = rpois(k, size * rbeta(1, 1, 4)) + (1:k == k))
for (i in 1:25) {
	k <- sample(2:12, 1); l <- random_lives(k, sample(c(2, 20, 500), 1)); level <- sample(c(0.8, 0.95, 0.99), 1)
	# nobody lost, everybody lost
	if (i == 1) l$events[] <- 0
	if (i == 2) { l$events[k] <- 5; l$censored[k] <- 0 }
	fit <- summary(survfit(Surv(time, status) ~ 1, times_of(l$events, l$censored), conf.type = "log-log", conf.int = level), times = 1:k - 1, extend = TRUE)
	inside <- fit$surv > 0 & fit$surv < 1
	put("kaplan_meier", c(level, l$events, l$censored), rbind(fit$surv, ifelse(inside, fit$lower, NaN), ifelse(inside, fit$upper, NaN)))
}
for (i in 1:25) {
	k <- sample(2:5, 1); strata <- sample(1:3, 1); numbers <- c(); d <- NULL
	for (s in 1:strata) for (g in 1:2) {
		l <- random_lives(k, sample(c(3, 20, 200), 1)); l$events[1] <- l$events[1] + 1
		numbers <- c(numbers, l$events, l$censored)
		d <- rbind(d, cbind(times_of(l$events, l$censored), g, s))
	}
	test <- if (strata > 1) survdiff(Surv(time, status) ~ g + strata(s), d) else survdiff(Surv(time, status) ~ g, d)
	put("log_rank", c(strata, numbers), c(test$chisq, pchisq(test$chisq, 1, lower.tail = FALSE)))
}

# the shifted beta-geometric by its definition, with beta functions; Newton's steps by digamma and trigamma
sbg <- function(events, censored) {
	t <- seq_along(events)
	ll <- function(p) sum(events * (lbeta(p[1] + 1, p[2] + t - 1) - lbeta(p[1], p[2])) + censored * (lbeta(p[1], p[2] + t) - lbeta(p[1], p[2])))
	# of ln B(x, y), by x and by y
	d <- function(x, y) cbind(digamma(x) - digamma(x + y), digamma(y) - digamma(x + y))
	h <- function(x, y) cbind(trigamma(x) - trigamma(x + y), -trigamma(x + y), trigamma(y) - trigamma(x + y))
	gradient <- function(a, b) colSums(events * d(a + 1, b + t - 1) + censored * d(a, b + t)) - sum(events + censored) * d(a, b)[1, ]
	hessian <- function(a, b) { x <- colSums(events * h(a + 1, b + t - 1) + censored * h(a, b + t)) - sum(events + censored) * h(a, b)[1, ]; matrix(x[c(1, 2, 2, 3)], 2) }
	p <- exp(optim(c(0, 1), function(q) -ll(exp(q)), control = list(reltol = 1e-14, maxit = 5000))$par)
	for (i in 1:20) p <- p - solve(hessian(p[1], p[2]), gradient(p[1], p[2]))
	v <- solve(-diag(p) %*% hessian(p[1], p[2]) %*% diag(p))
	c(p, ll(p), v[1, 1], v[2, 2], v[1, 2])
}
# Fader and Hardie (2007): customers of a company in their Regular and High End segments
put("fit_churn", c(369, 163, 86, 56, 37, 27, 21, 0, 0, 0, 0, 0, 0, 241), sbg(c(369, 163, 86, 56, 37, 27, 21), c(0, 0, 0, 0, 0, 0, 241)))
put("fit_churn", c(131, 126, 90, 60, 42, 34, 26, 0, 0, 0, 0, 0, 0, 491), sbg(c(131, 126, 90, 60, 42, 34, 26), c(0, 0, 0, 0, 0, 0, 491)))
for (i in 1:15) {
	k <- sample(3:20, 1); n <- sample(c(200, 3000), 1); chance <- rbeta(n, runif(1, 0.4, 2), runif(1, 1, 6))
	lost <- rgeom(n, chance) + 1; followed <- sample(1:k, n, TRUE)
	put("fit_churn", c(tabulate(lost[lost <= followed], k), tabulate(followed[lost > followed], k)), sbg(tabulate(lost[lost <= followed], k), tabulate(followed[lost > followed], k)))
}
for (i in 1:10) {
	b <- runif(1, 1, 10); a <- runif(1, 0, 50); sb <- b * runif(1, 0.01, 0.3); sa <- a * runif(1, 0.01, 0.5) + 0.1; cov <- runif(1, -0.9, 0.9) * sa * sb
	far <- function(r) (a - r * b)^2 - qnorm(0.975)^2 * (sa^2 - 2 * r * cov + r^2 * sb^2)
	root <- function(end) uniroot(far, sort(c(a / b, end)), tol = 1e-14, maxiter = 10000)$root
	put("fieller_limits", c(a, b, sa^2, sb^2, cov, 0.95), c(root(-1e4), root(1e4)))
}

# check.c makes one test of the lines of one name
writeLines(lines[order(match(names, names))])
