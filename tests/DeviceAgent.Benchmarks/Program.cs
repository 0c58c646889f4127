using DeviceAgent.Benchmarks;

Machine.Describe(Console.Out);
await LocalEndpointBenchmark.RunAsync(Console.Out);
