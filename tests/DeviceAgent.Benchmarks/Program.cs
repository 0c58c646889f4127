using System.Globalization;
using DeviceAgent.Benchmarks;

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
    default:
        Console.Error.WriteLine("arguments: none (the local endpoint), machine, or: footprint RUNS IDLE-SECONDS");
        return 2;
}
