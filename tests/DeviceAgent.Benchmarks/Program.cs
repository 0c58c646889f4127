using System.Globalization;
using DeviceAgent.Benchmarks;
using DeviceAgent.Benchmarks.Comparison;

switch (args)
{
    case []:
        Machine.Describe(Console.Out);
        await LocalEndpointBenchmark.RunAsync(Console.Out);
        return 0;
    case ["machine"]:
        Machine.Describe(Console.Out);
        return 0;
    case ["footprint", var runs, var idle]:
        await FootprintBenchmark.RunAsync(int.Parse(runs, CultureInfo.InvariantCulture), TimeSpan.FromSeconds(double.Parse(idle, CultureInfo.InvariantCulture)), Console.Out);
        return 0;
    case ["post", var seconds]:
        Machine.Describe(Console.Out);
        await PostBenchmark.RunAsync(TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)), Console.Out);
        return 0;
    case ["compare", .. var options]:
        return await ComparisonCommand.RunAsync(options);
    default:
        Console.Error.WriteLine("arguments: none (the local endpoint), machine, footprint RUNS IDLE-SECONDS, post SECONDS (as root), or compare [OPTIONS] (--help lists them)");
        return 2;
}
