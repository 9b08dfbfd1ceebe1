/*
 * deviance.h
 *		The two parts that every probability at a point is made of here.
 *
 * Probabilities by way of ln x! lose all digits where counts are large: the
 * logarithms are as large as the counts, and cancel.  Loader (2000), "Fast and
 * accurate computation of binomial probabilities", writes them as a deviance,
 * which is a sum of terms that are all positive, and the errors of Stirling's
 * formula, which are small.
 */
#ifndef ICP_DEVIANCE_H
#define ICP_DEVIANCE_H

#define TWO_PI 6.283185307179586476925286766559

/* ln Gamma(x + 1) less Stirling's sqrt(2 pi x) (x/e)^x; 0 for x = 0. */
extern double stirling_error(double x);

/*
 * x ln(x / mean) + mean - x.  The difference x - mean is the caller's, who
 * often knows it better than a subtraction would tell.
 */
extern double deviance(double x, double mean, double difference);

/* a d - b c, to the last digit. */
extern double difference_of_products(double a, double d, double b, double c);

#endif							/* ICP_DEVIANCE_H */
