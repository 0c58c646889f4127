namespace DeviceAgent.Benchmarks;

/// <summary>Of values in rising order, at least one.</summary>
internal static class Percentile
{
    /// <param name="ordered">The values.</param>
    /// <param name="part">Above 0 and up to 1: 0.5 is the median.</param>
    public static double Of(List<double> ordered, double part) => ordered[(int)Math.Ceiling(part * ordered.Count) - 1];
}
