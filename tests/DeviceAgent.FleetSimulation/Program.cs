using System.Diagnostics;
using DeviceAgent.FleetSimulation;

// simulate [DEVICES] [SVG-FILE]: the figures and the picture of docs/fleet.md.
var devices = args.Length > 0 ? int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 10_000;
var scenario = new Scenario(devices, seed: 1);
var watch = Stopwatch.StartNew();

var outage = await scenario.OutageAsync(TimeSpan.FromMinutes(60), Scenario.ServiceFault);
var powerReturn = await scenario.PowerReturnAsync(Scenario.FleetsSpread);
Console.WriteLine(TextPlot.Of(outage));
Console.WriteLine(TextPlot.Of(powerReturn));
if (args.Length > 1) await File.WriteAllTextAsync(args[1], SvgPlot.Of([outage, powerReturn]));

Console.WriteLine("| what happens | peak before | peak after | 99 % served after |");
Console.WriteLine("|---|---|---|---|");
Tell(outage);
Tell(powerReturn);
foreach (var minutes in (int[])[10, 20, 40, 50, 90, 180]) Tell(await scenario.OutageAsync(TimeSpan.FromMinutes(minutes), Scenario.ServiceFault));
Tell(await scenario.OutageAsync(TimeSpan.FromMinutes(60), Scenario.BlackHole));
Tell(await scenario.PowerReturnAsync(TimeSpan.FromSeconds(10)));
Console.WriteLine($"{devices} devices, steady rate {outage.SteadyRate:0.0} requests/s; simulated in {watch.Elapsed.TotalSeconds:0} s.");

static void Tell(Course course) =>
    Console.WriteLine($"| {course.Name} | {course.PeakBefore:0.0} x | {course.Peak:0.00} x | {course.ServedAfter.TotalMinutes:0.0} min |");
