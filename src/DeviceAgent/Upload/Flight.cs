namespace DeviceAgent.Upload;

/// <summary>A batch that is under way.</summary>
/// <param name="Items">What is in it.</param>
/// <param name="Delivery">How it will have gone.</param>
/// <param name="Epoch"><see cref="AdaptiveConcurrency.Epoch"/> at its start.</param>
internal sealed record Flight(IReadOnlyList<PendingReading> Items, Task<Delivery> Delivery, int Epoch);
