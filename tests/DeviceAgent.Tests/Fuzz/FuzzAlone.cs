namespace DeviceAgent.Tests.Fuzz;

/// <summary>Alone: what an input allocates and how long it takes is measured for the whole process.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FuzzAlone
{
    public const string Name = "fuzz";
}
